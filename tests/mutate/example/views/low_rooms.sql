-- Rooms on the lower floors.
SELECT id, seats FROM rooms
 WHERE floor < 3
