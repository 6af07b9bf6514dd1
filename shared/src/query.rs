//! What a page asks, and what it gets back.
