"""What crosses rooms, processes and the wire: frozen dataclasses that pydantic reads and writes.

One class is the value in the code, the JSON of the command line, the API and the library, the OpenAPI schema,
the Parquet columns and the check of an import. `serialization` does it; there is no second shape.
"""
