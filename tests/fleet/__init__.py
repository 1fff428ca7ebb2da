"""The README's fleet, run by the real Ansible over hosts that the test makes."""
