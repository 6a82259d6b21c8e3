{{ order_list_of(source('workbooks', 'xTAYLOR_MADE_ORDER_LIST_RAW')) }}
