{{ order_list_of(source('workbooks', 'xMACK_WELDON_ORDER_LIST_RAW')) }}
