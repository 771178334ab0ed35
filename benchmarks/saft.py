"""A large SAF-T file: lines a second beside DuckDB's bare reading of the same lines from a CSV, and memory.

``python -m benchmarks.saft [MEGABYTES]`` writes both files into a temporary folder, reads each in a process of its own
and prints JSON. ``extra_mb`` is what reading held at its peak beyond the file's bytes and the staged entries: it does
not grow with the file.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

from benchmarks.machine import ROOT, facts, peak
from storage import importers

MEGABYTES = 200
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<AuditFile xmlns="urn:StandardAuditFile-Taxation-Financial:NO"><Header>'
    "<AuditFileVersion>1.30</AuditFileVersion><AuditFileCountry>NO</AuditFileCountry>"
    "<DefaultCurrencyCode>NOK</DefaultCurrencyCode></Header><MasterFiles><GeneralLedgerAccounts>"
)
_WORDS = ("Faktura", "Husleie", "Strøm", "Kontormateriell", "Reise", "Lønn", "Programvare", "Frakt")


def saft(megabytes: int = MEGABYTES) -> dict[str, Any]:
    """Figures of one file of about ``megabytes``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = write(folder / "ledger.xml", folder / "ledger.csv", megabytes * 1_000_000)
        size = (folder / "ledger.xml").stat().st_size
        ours = _child("read", folder / "ledger.xml")
        bare = _child("bare", folder / "ledger.csv")
    if not ours["lines"] == bare["lines"] == lines:
        raise RuntimeError(f"{lines} lines were written, {ours['lines']} staged and {bare['lines']} read by DuckDB")
    speed, bare_speed = lines / ours["seconds"], lines / bare["seconds"]
    return {
        "megabytes": round(size / 1e6, 1), "lines": lines, "entries": ours["entries"],
        "seconds": round(ours["seconds"], 2), "lines_per_second": round(speed),
        "duckdb_csv_lines_per_second": round(bare_speed), "ratio": round(speed / bare_speed, 4),
        "peak_mb": ours["peak_mb"], "staged_mb": ours["staged_mb"], "extra_mb": ours["extra_mb"],
    }  # fmt: skip


def write(xml: Path, csv: Path, size: int) -> int:
    """The same lines as SAF-T and as CSV, until the first has ``size`` bytes; how many lines there are."""
    lines = number = 0
    with xml.open("w", encoding="utf-8") as out, csv.open("w", encoding="utf-8") as flat:
        flat.write("journal,number,date,account,debit,credit,party,tax,description\n")
        _write_masters(out)
        for journal in ("KB", "SA", "BA"):
            out.write(f"<Journal><JournalID>{journal}</JournalID><Description>Journal {journal}</Description>\n")
            until = out.tell() + size // 3
            while out.tell() < until:
                for _ in range(100):
                    number += 1
                    lines += _write_entry(out, flat, journal, number)
            out.write("</Journal>")
        out.write("</GeneralLedgerEntries></AuditFile>\n")
    return lines


def _write_masters(out: TextIO) -> None:
    out.write(_HEAD)
    out.writelines(
        f"<Account><AccountID>{code}</AccountID><AccountDescription>Konto {code}</AccountDescription>"
        f"<StandardAccountID>{str(code)[:2]}</StandardAccountID><AccountType>GL</AccountType></Account>\n"
        for code in (*range(1500, 1540), *range(2400, 2440), *range(4000, 4200))
    )
    out.write("</GeneralLedgerAccounts><Suppliers>")
    out.writelines(
        f"<Supplier><Name>Leverandør {n} AS</Name><SupplierID>{n}</SupplierID></Supplier>\n" for n in range(2_000)
    )
    out.write("</Suppliers></MasterFiles><GeneralLedgerEntries>")


def _write_entry(out: TextIO, flat: TextIO, journal: str, n: int) -> int:
    """An invoice of a supplier: cost, input tax and debt."""
    day = (date(2024, 1, 1) + timedelta(days=n % 366)).isoformat()
    net = 100 + n * 37 % 90_000
    text, party = f"{_WORDS[n % len(_WORDS)]} {n}", n % 2_000
    out.write(
        f"<Transaction><TransactionID>{n}</TransactionID><Period>{int(day[5:7])}</Period><PeriodYear>2024</PeriodYear>"
        f"<TransactionDate>{day}</TransactionDate><SourceID>ana</SourceID><Description>{text}</Description>"
        f"<SystemEntryDate>{day}</SystemEntryDate><GLPostingDate>{day}</GLPostingDate>\n"
    )
    rows = (
        (4000 + n % 200, "Debit", net * 4, "", "1"), (2410, "Debit", net, "", ""), (2400, "Credit", net * 5, party, ""),
    )  # fmt: skip
    for record, (account, side, cents, supplier, tax) in enumerate(rows, start=1):
        amount = f"{cents // 100}.{cents % 100:02d}"
        who = f"<SupplierID>{supplier}</SupplierID>" if supplier != "" else ""
        out.write(
            f"<Line><RecordID>{record}</RecordID><AccountID>{account}</AccountID><SourceDocumentID>F{n}</SourceDocumentID>"
            f"{who}<Description>{text}</Description><{side}Amount><Amount>{amount}</Amount></{side}Amount>"
        )
        if tax:
            out.write(
                f"<TaxInformation><TaxType>MVA</TaxType><TaxCode>{tax}</TaxCode><TaxPercentage>25</TaxPercentage>"
                f"<TaxBase>{amount}</TaxBase><TaxAmount><Amount>{amount}</Amount></TaxAmount></TaxInformation>"
            )
        out.write("</Line>\n")
        debit, credit = (amount, "") if side == "Debit" else ("", amount)
        flat.write(f"{journal},{n},{day},{account},{debit},{credit},{supplier},{tax},{text}\n")
    out.write("</Transaction>\n")
    return len(rows)


def _child(what: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.saft", what, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _read(path: Path) -> dict[str, Any]:
    held = _resident()
    start = time.perf_counter()
    staged = importers.read(path)
    seconds = time.perf_counter() - start
    gc.collect()
    kept, most, size = _resident() - held, peak(), path.stat().st_size / 2**20
    return {
        "seconds": seconds, "entries": len(staged.entries), "lines": staged.line_count, "peak_mb": most,
        "staged_mb": round(kept, 1), "extra_mb": round(most - held - kept - size, 1),
    }  # fmt: skip


def _bare(path: Path) -> dict[str, Any]:
    import duckdb

    db = duckdb.connect()
    start = time.perf_counter()
    db.execute("CREATE TABLE t AS SELECT * FROM read_csv(?, header = true, all_varchar = true)", [str(path)])
    seconds = time.perf_counter() - start
    (lines,) = db.execute("SELECT count(*) FROM t").fetchone() or (0,)
    return {"seconds": seconds, "lines": lines}


def _resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["read", name]:
            print(json.dumps(_read(Path(name))))
        case ["bare", name]:
            print(json.dumps(_bare(Path(name))))
        case rest:
            print(json.dumps({"machine": facts(), "saft": saft(*map(int, rest))}, indent=1))
