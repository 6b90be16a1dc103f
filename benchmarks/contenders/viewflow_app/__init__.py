"""A Django application with one flow: Viewflow finds a flow by its application."""
