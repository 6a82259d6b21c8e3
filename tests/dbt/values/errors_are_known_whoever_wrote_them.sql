{{ value_differences([
    ['#N/A', 'error'],
    ['#SPILL!', 'error'],
    ['#FIELD!', 'error'],
    ['#ERROR!', 'error'],
    ['#BEZUG!', 'error'],
    ['Err:502', 'error'],
    ['Err:5022', none],
    ['#1 SELLER!', none],
    ['N/A', none],
    [none, none],
], "case when " ~ is_excel_error('cases.typed') ~ " then 'error' end") }}
