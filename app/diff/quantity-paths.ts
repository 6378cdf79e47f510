/** Where quantities stand in objects of which no API server says what their fields are. Names of resources may have dots: `nvidia.com/gpu`. */
export const QUANTITY_PATHS = /(^|\.)(requests|limits|hard|capacity|allocatable)\.[^[\]]+$|sizeLimit$/;
