"""Findings go to the people who were interviewed, and what they answer comes back into the study."""

from qualcode.memberchecks.log import memberchecks_table, read_memberchecks
from qualcode.memberchecks.packets import write_packets
from qualcode.memberchecks.replies import import_packet, is_packet

__all__ = ["import_packet", "is_packet", "memberchecks_table", "read_memberchecks", "write_packets"]
