//! The bundle: static files that carry models and catalogue.
