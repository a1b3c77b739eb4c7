"""Who is who: users of the voice cloud and their users in Dynamics."""
