{{ order_list_of(source('workbooks', 'xEQUINOX_ORDER_LIST_RAW')) }}
