//! The backend as a service of permitted calls.
