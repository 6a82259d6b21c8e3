{{ order_list_of(source('workbooks', 'xUNE_PIECE_ORDER_LIST_RAW')) }}
