"""CSOM: several object paths and actions in one XML request, answered as one JSON list.

Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csom
"""
