"""How the tables grew: a module for each version, never changed once it is released (:mod:`warehouse.versions`)."""
