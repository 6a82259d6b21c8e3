{{ value_differences([
    ['03/04/2026', '2026-03-04'],
    ['3.4.26', '2026-03-04'],
    ['15/06/2026', '15/06/2026'],
    [' 3/4/2026 ', '2026-03-04'],
    ['3/4', '3/4'],
    [none, none],
], date_text_in_order('cases.typed', fold_blanks('cases.typed'), false)) }}
