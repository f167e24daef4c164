"""Maps: boundaries, point to area, nearness, clusters in SQL, folium report pages."""
