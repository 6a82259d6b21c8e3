{{ order_list_of(source('workbooks', 'xSUN_DAY_RED_ORDER_LIST_RAW')) }}
