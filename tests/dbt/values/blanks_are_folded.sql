{{ value_differences([
    ['plain', 'plain'],
    ['  two   blanks ', 'two blanks'],
    ['first\nsecond\u00a0\tline', 'first second line'],
    ['\u200bzero\u200bwidth\ufeff', 'zero width'],
    ['\u2003em\u3000ideographic', 'em ideographic'],
    ['\u00a0 \n\t', none],
    ['', none],
    ['😀', '😀'],
    [none, none],
], fold_blanks('cases.typed')) }}
