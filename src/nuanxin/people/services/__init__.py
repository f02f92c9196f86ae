from nuanxin.people.services.reference import load_reference

__all__ = ["load_reference"]
