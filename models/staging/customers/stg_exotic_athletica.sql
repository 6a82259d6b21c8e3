{{ order_list_of(source('workbooks', 'xEXOTIC_ATHLETICA_ORDER_LIST_RAW')) }}
