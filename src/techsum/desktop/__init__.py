"""TechSum as a native client: a Flet app over the HTTP API, in a window or at `/app` of a server."""
