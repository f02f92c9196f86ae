"""Ways out of the system: text messages and mail, each by the provider that the settings name.

One-time codes and notices go through `send.send_sms` and `send.send_mail`; `notifications` decides who hears what.
Development and the demonstration record messages instead of sending them (`queries.recorded_messages`).
"""
