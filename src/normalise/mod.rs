//! Answers: made what the API version of the call documents.
