from chassis import setting

capacity = setting(
    "shelf_capacity", default=3, ge=1, le=50, unit="things", description="How many things a store's shelf holds."
)
locations = setting("locations", default=["KHO"], type=list[str], ge=1, description="Where to look first.")
mood = setting("mood", default="calm", choices=["calm", "wild"], description="How it goes.", write="mood:write")
