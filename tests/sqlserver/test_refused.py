"""The list of what SQL Server refuses: each pattern finds its example, and none finds what is right."""

import pytest

from tests.sqlserver.refused import REFUSED, Refused, refused_in

ALLOWED = (
    "select a.x, case when a.x > 1 then 1 else 0 end as more from t as a where a.x = 1 and a.y is null",
    "select [true], \"limit 5\", 'a::b', N'it''s || that' from [group by 1] -- date_trunc(a)\nwhere q = '//'",
    "select top 5 a from t order by 1",
    "select a, count(*) as n from t group by a having count(*) > 1",
    "select cast(a as nvarchar(40)) as a, cast(b as datetime2(6)) as b, cast(c as varchar(64)) as c from t",
    "select row_number() over (partition by a order by b) as place from t",
    "select t.position, t.length, t.contains from t where t.a in (select u.a from u)",
    "select x.a from (select top 3 a from t order by a) as x",
    "select cell.a from t cross apply openjson(t.j) with (a int '$.a') as cell",
    "select (select a from t order by a for json path) as j from u",
    "select a from t order by a offset 0 rows fetch next 5 rows only",
    "update t set a = 1, b = 2 from t inner join s on t.k = s.k",
    "select * from t where exists (select 1 from u where u.a = t.a)",
)


@pytest.mark.parametrize("entry", REFUSED, ids=lambda entry: entry.name)
def test_each_pattern_catches_its_example(entry: Refused) -> None:
    """An example of what SQL Server refuses is caught, by the pattern that stands for it."""
    assert any(found.startswith(f"{entry.name} (") for found in refused_in(entry.example))


@pytest.mark.parametrize("sql", ALLOWED)
def test_none_catches_what_is_right(sql: str) -> None:
    """Right T-SQL, with the same words in literals, comments and quoted names, passes."""
    assert refused_in(sql) == []
