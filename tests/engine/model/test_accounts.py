"""Account vectors: from text and place, in any order, for accounts that nobody has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from engine.catalog import Catalog
from engine.config import Accounts
from engine.features import Reader
from engine.journal import Account
from engine.model.accounts import CatalogEncoder, CatalogTensors, drawn
from tests.builders import CATALOG

TRAINED = {a.code: i for i, a in enumerate(CATALOG)}


@pytest.fixture
def encoder(reader: Reader) -> CatalogEncoder:
    """Random weights everywhere, residuals too."""
    torch.manual_seed(0)
    made = CatalogEncoder(reader.read_accounts(Catalog.of(CATALOG)).shape[1], 16, len(TRAINED))
    with torch.no_grad():
        for p in made.parameters():
            p.copy_(torch.randn(p.shape) * 0.3)
    return made.eval()


def vectors(encoder: CatalogEncoder, reader: Reader, accounts: Sequence[Account]) -> dict[str, Tensor]:
    """As the catalog is given, not as `Catalog.of` would sort it."""
    tensors = CatalogTensors.of(Catalog(tuple(accounts)), reader, TRAINED)
    with torch.inference_mode():
        return dict(zip([a.code for a in accounts], encoder(tensors), strict=True))


def moved(one: dict[str, Tensor], other: dict[str, Tensor]) -> set[str]:
    return {c for c in one.keys() & other.keys() if not torch.allclose(one[c], other[c], atol=1e-4)}


def test_the_order_of_accounts_changes_nothing_but_the_order(encoder: CatalogEncoder, reader: Reader) -> None:
    assert moved(vectors(encoder, reader, CATALOG), vectors(encoder, reader, CATALOG[::-1])) == set()


def test_a_renamed_account_changes_its_family_alone(encoder: CatalogEncoder, reader: Reader) -> None:
    """Its children's texts carry its name, its parent sees it as a child; nobody else moves."""
    before = vectors(encoder, reader, CATALOG)
    leaf = [replace(a, name="Kraftfahrzeuge") if a.code == "4210" else a for a in CATALOG]
    assert moved(before, vectors(encoder, reader, leaf)) == {"4210", "4200"}
    alone = [replace(a, name="Kraftfahrzeuge") if a.code == "1200" else a for a in CATALOG]
    assert moved(before, vectors(encoder, reader, alone)) == {"1200"}
    parent = [replace(a, name="Kraftfahrzeuge") if a.code == "4200" else a for a in CATALOG]
    assert moved(before, vectors(encoder, reader, parent)) == {"4210", "4200"}


def test_other_accounts_leave_a_vector_alone(encoder: CatalogEncoder, reader: Reader) -> None:
    assert moved(vectors(encoder, reader, CATALOG), vectors(encoder, reader, CATALOG[:2])) == set()


def test_an_unseen_account_is_its_text_and_place_alone(encoder: CatalogEncoder, reader: Reader) -> None:
    new = Account(code="4980", name="Sundry")
    tensors = CatalogTensors.of(Catalog.of([*CATALOG, new]), reader, TRAINED)
    row = tensors.catalog.rows["4980"]
    assert tensors.residual[row] == -1
    before = vectors(encoder, reader, [*CATALOG, new])
    with torch.no_grad():
        encoder.residual.add_(1.0)
    assert moved(before, vectors(encoder, reader, [*CATALOG, new])) == set(TRAINED)


def test_residuals_start_at_zero_and_alone_carry_the_learnt_part(reader: Reader) -> None:
    catalog = Catalog.of(CATALOG)
    tensors = CatalogTensors.of(catalog, reader, TRAINED)
    made = CatalogEncoder(tensors.text.shape[1], 16, len(TRAINED))
    assert not made.residual.any()
    unseen = replace(tensors, residual=torch.full_like(tensors.residual, -1))
    torch.testing.assert_close(made(tensors), made(unseen))


def test_a_family_is_self_parent_and_children(reader: Reader) -> None:
    catalog = Catalog.of(CATALOG)
    family = CatalogTensors.of(catalog, reader, TRAINED).family
    rows = catalog.rows
    assert torch.equal(family, family.T)
    near = {catalog.accounts[i].code for i in family[rows["4200"]].nonzero().flatten().tolist()}
    assert near == {"4200", "4210"}
    assert family[rows["1200"]].sum() == 1


def test_parents_in_a_loop_have_a_vector(encoder: CatalogEncoder, reader: Reader) -> None:
    loop = [Account(code="1", parent="2"), Account(code="2", parent="1"), Account(code="3", parent="3")]
    assert all(torch.isfinite(v).all() for v in vectors(encoder, reader, loop).values())


def an_encoder(reader: Reader, kind: Accounts, *, family: bool = True) -> tuple[CatalogEncoder, CatalogTensors]:
    """Weights that say something about parents and children, and residuals."""
    torch.manual_seed(0)
    tensors = CatalogTensors.of(Catalog.of(CATALOG), reader, TRAINED)
    made = CatalogEncoder(tensors.text.shape[1], 16, len(TRAINED), kind, family=family)
    with torch.no_grad():
        for p in made.parameters():
            p.copy_(torch.randn(p.shape) * 0.3)
    return made.eval(), tensors


def test_without_family_nobody_sees_a_parent(reader: Reader) -> None:
    made, tensors = an_encoder(reader, "text", family=False)
    alone = replace(tensors, family=torch.eye(len(tensors.catalog), dtype=torch.bool))
    torch.testing.assert_close(made(tensors), made(alone))
    full, _ = an_encoder(reader, "text")
    torch.testing.assert_close(full(alone), made(tensors))
    assert not torch.allclose(full(tensors), made(tensors))


def test_hashed_vectors_depend_on_the_code_alone(reader: Reader) -> None:
    made, _ = an_encoder(reader, "hash")
    renamed = [replace(a, name=f"Other {a.name}", parent="") for a in CATALOG]
    one, other = vectors(made, reader, CATALOG), vectors(made, reader, renamed[::-1])
    assert moved(one, other) == set()
    torch.testing.assert_close(one["1200"], drawn(("1200",), 16)[0])
    assert not torch.allclose(one["1200"], one["1400"])
    assert not made(CatalogTensors.of(Catalog.of(CATALOG), reader, TRAINED)).requires_grad


def test_a_redrawn_encoder_answers_with_other_weights_than_it_learned(reader: Reader) -> None:
    made, tensors = an_encoder(reader, "redrawn")
    drawn_before = torch.random.get_rng_state()
    lost = made.answering(tensors)
    assert torch.equal(drawn_before, torch.random.get_rng_state()), "nobody else's numbers change"
    torch.testing.assert_close(lost, made.answering(tensors))
    assert not torch.allclose(lost, made(tensors), atol=0.1)
    usual, _ = an_encoder(reader, "text")
    torch.testing.assert_close(usual.answering(tensors), usual(tensors))
