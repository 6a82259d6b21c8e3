{{ order_list_of(source('workbooks', 'xPELOTON_PRIVATE_LABEL_ORDER_LIST_RAW')) }}
