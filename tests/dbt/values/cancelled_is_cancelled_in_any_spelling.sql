{{ value_differences([
    ['CANCELLED', 'CANCELLED'],
    ['canceled', 'CANCELLED'],
    ['Cancel', 'CANCELLED'],
    ['CANCELLED - see mail', 'CANCELLED'],
    ['CANCLED', 'CANCELLED'],
    ['Cxl', 'CANCELLED'],
    ['CNX', 'CANCELLED'],
    ['Active', 'RECEIVED'],
    ['received', 'RECEIVED'],
    ['forecast', 'FORECAST'],
    [none, none],
], order_type_of('cases.typed', 'nvarchar(100)')) }}
