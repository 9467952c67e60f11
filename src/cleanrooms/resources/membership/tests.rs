//! Claims about the membership that need no service.
