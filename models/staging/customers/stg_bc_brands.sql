{{ order_list_of(source('workbooks', 'xBC_BRANDS_ORDER_LIST_RAW')) }}
