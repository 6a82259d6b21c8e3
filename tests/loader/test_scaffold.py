"""A new customer's dbt files, written into a copy of the project."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from loader.cli import main
from tests.loader.books import save
from tests.parsed import dbt, parsed_project

CUSTOMERS = Path("models/staging/customers")
SOURCES = Path("models/staging/_sources.yml")
UNION = Path("models/intermediate/int_orders__unioned.sql")
SEED = Path("seeds/customer_names.csv")
BOOK = "NEW GUYS ORDER LIST (M3).xlsx"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The dbt project as it stands, in a folder of its own, which is the working directory."""
    folder = parsed_project(tmp_path / "copy")
    monkeypatch.chdir(folder)
    return folder


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["scaffold", *map(str, arguments)])


def said(file: Path) -> list[str]:
    """The lines of a file that are no comments, nor what a customer's file says about its own customer."""
    lines = (
        file.read_text(encoding="utf-8").split("    config:")[0]
        if file.parent == CUSTOMERS
        else file.read_text("utf-8")
    )
    return [line for line in lines.splitlines() if not line.lstrip().startswith("#")]


def new_book(folder: Path, *customers: str, name: str = BOOK) -> Path:
    return save(folder, [["A1", customer, "S", 1] for customer in customers], name=name)


def test_a_customer_is_written_as_the_others_are(copy: Path, source: Path) -> None:
    """Take a customer out of the project and scaffold it: the same files but for comments, and no seed line to add."""
    for model, book, customer in [
        ("stg_aje", "AJE ORDER LIST (M3).xlsx", "AJE"),
        ("stg_bhood", "B'HOOD ORDER LIST (M3).xlsx", "B'HOOD"),
        ("stg_white_fox", "WHITE FOX ORDER LIST (M3).xlsx", "WHITE FOX"),
        ("stg_actively_black", "ACTIVELY BLACK ORDER LIST (M3).xlsx", "ACTIVELY BLACK"),
    ]:
        files = [CUSTOMERS / f"{model}.sql", CUSTOMERS / f"{model}.yml", UNION, SOURCES]
        before = [said(file) for file in files]
        for file in files[:2]:
            file.unlink()
        text = UNION.read_text(encoding="utf-8")
        without = text.replace(f"    ref('{model}'),\n", "").replace(f"\n    ref('{model}'),]", "]")
        assert without != text
        UNION.write_bytes(without.encode())
        text = SOURCES.read_text(encoding="utf-8")
        without = re.sub(rf"      - name: x{model[4:].upper()}_ORDER_LIST_RAW\n.*\n", "", text)
        assert without != text
        SOURCES.write_bytes(without.encode())
        done = invoke(new_book(source, customer, name=book))
        assert done.exit_code == 0, done.output
        assert [said(file) for file in files] == before
        assert "has all its names already" in done.stdout


def test_a_new_customer(copy: Path, source: Path) -> None:
    """The name is the commonest in the file, each spelling is a line for the seed, and dbt takes all of it."""
    done = invoke(new_book(source, "NEW, GUYS", "New Guys Inc", "NEW,  GUYS", "GREYSON"), "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert (result["raw_table"], result["customer"]) == ("xNEW_GUYS_ORDER_LIST_RAW", "NEW, GUYS")
    assert result["seed_lines"] == [
        '"NEW, GUYS",xNEW_GUYS_ORDER_LIST_RAW,"NEW, GUYS"',
        '"NEW, GUYS",xNEW_GUYS_ORDER_LIST_RAW,New Guys Inc',
    ]
    assert "ref('stg_nasc_white_fox'),\n    ref('stg_new_guys'),\n    ref('stg_nobull')," in UNION.read_text("utf-8")
    with SEED.open("a", encoding="utf-8", newline="\n") as seed:
        seed.writelines(line + "\n" for line in result["seed_lines"])
    listed = dbt("list", "--output", "name", "--select", "stg_new_guys+1", project=copy)
    assert {"stg_new_guys", "int_orders__unioned"} <= set(listed.stdout.split())


def test_every_word_is_printed_commented_out(copy: Path, source: Path) -> None:
    """Uncommented, the lines are YAML that says each word that a customer's file may say."""
    assert invoke(new_book(source, "NEW GUYS")).exit_code == 0
    text = (CUSTOMERS / "stg_new_guys.yml").read_text(encoding="utf-8")
    (plain,) = yaml.safe_load(text)["models"]
    assert plain.keys() == {"name", "description"}
    (special,) = yaml.safe_load(re.sub(r"^    # (?=config| )", "    ", text, flags=re.MULTILINE))["models"]
    words = (copy / "macros/customers/customer_words.sql").read_text(encoding="utf-8").split("endmacro")[0]
    assert special["config"]["meta"].keys() == set(re.findall(r"^    '(\w+)':", words, re.MULTILINE))


def test_a_second_workbook_of_a_customer(copy: Path, source: Path) -> None:
    """It is the same customer by any spelling; its table is listed in the seed under the workbook's own name."""
    done = invoke(new_book(source, "greyson  clothiers", name="GREYSON GOLF ORDER LIST (M3).xlsx"), "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result["customer"] == "GREYSON"
    assert result["seed_lines"] == ["GREYSON,xGREYSON_GOLF_ORDER_LIST_RAW,GREYSON GOLF ORDER LIST"]


def test_it_says_what_remains(copy: Path, source: Path) -> None:
    """For a person: files written, the seed's line, the next command. --customer overrules the file."""
    done = invoke(new_book(source, "NEWGUYS"), "--customer", " The  New Guys ")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "The New Guys (xNEW_GUYS_ORDER_LIST_RAW):"
    assert [Path(line.removeprefix("  wrote ")).name for line in lines[1:5]] == [
        "stg_new_guys.sql", "stg_new_guys.yml", "_sources.yml", "int_orders__unioned.sql",
    ]  # fmt: skip
    assert lines[5:] == [
        f"Now add to {SEED}:",
        "The New Guys,xNEW_GUYS_ORDER_LIST_RAW,The New Guys",
        "The New Guys,xNEW_GUYS_ORDER_LIST_RAW,NEWGUYS",
        "then run: pipeline run",
    ]


def test_it_overwrites_nothing_unasked(copy: Path, source: Path) -> None:
    """A customer's files may hold someone's work; --force is the word for it, and lists the model once."""
    book = new_book(source, "NEW GUYS")
    assert invoke(book).exit_code == 0
    sql = CUSTOMERS / "stg_new_guys.sql"
    sql.write_text("-- mine", encoding="utf-8")
    done = invoke(book)
    assert done.exit_code == 2
    assert "stg_new_guys.sql is there already. Edit it, or overwrite it with --force." in done.stderr
    assert sql.read_text(encoding="utf-8") == "-- mine"
    assert invoke(book, "--force").exit_code == 0
    assert "order_list_of" in sql.read_text(encoding="utf-8")
    assert UNION.read_text(encoding="utf-8").count("'stg_new_guys'") == 1
    assert SOURCES.read_text(encoding="utf-8").count("xNEW_GUYS_ORDER_LIST_RAW") == 1


@pytest.mark.parametrize(
    ("customers", "name", "message"),
    [
        (["{{ env_var('HOME') }}"], BOOK, "dbt would take it for a template"),
        ([" "], BOOK, "has no CUSTOMER NAME in any row. Give one with --customer."),
        (["X"], "(M3).xlsx", "maps to no table"),
        (["X"], "NOTES.txt", "is no workbook"),
    ],
)
def test_a_workbook_that_names_no_customer(
    copy: Path, source: Path, customers: list[str], name: str, message: str
) -> None:
    """Refused with the hint, and nothing is written."""
    before = sorted(copy.rglob("*"))
    union = UNION.read_bytes()
    done = invoke(new_book(source, *customers, name=name))
    assert done.exit_code == 2
    assert message in done.stderr
    assert (sorted(copy.rglob("*")), UNION.read_bytes()) == (before, union)


def test_a_bad_workbook(copy: Path, source: Path) -> None:
    """A workbook that could not be landed is refused here too."""
    path = source / BOOK
    path.write_bytes(b"x")
    done = invoke(path)
    assert done.exit_code == 2
    assert f"{BOOK}: The file is not a zip archive" in done.stderr


def test_not_in_a_project(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run elsewhere, it says where to run it."""
    monkeypatch.chdir(tmp_path)
    done = invoke(new_book(source, "X"))
    assert done.exit_code == 2
    assert "is not the dbt project. Run it there, or give --project-dir." in done.stderr
