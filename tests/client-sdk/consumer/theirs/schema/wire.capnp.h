#error "a header of the user's was taken for one of Daybook's"
