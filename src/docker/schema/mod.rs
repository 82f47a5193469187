//! The request bodies of the API as closed, typed tables.
