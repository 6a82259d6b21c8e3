{{ order_list_of(source('workbooks', 'xSPIRITUAL_GANGSTER_ORDER_LIST_RAW')) }}
