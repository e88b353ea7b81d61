//! Routes by audience, problems, OpenAPI.
