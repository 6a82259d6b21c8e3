{{ order_list_of(source('workbooks', 'xBORN_PRIMITIVE_ORDER_LIST_RAW')) }}
