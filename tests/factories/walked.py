"""A case that has something at every address: a picture, tasks and clocks. For tests that walk all of them."""

from datetime import timedelta

from nuanxin.cases import services
from nuanxin.cases.models import Case
from nuanxin.cases.services import Draft, Photo
from nuanxin.kernel.files.accept import accept_image
from tests.factories.fixtures import jpeg
from tests.factories.town import LAT, LNG, Town


def walked_case(town: Town, text: str = "井箅子翻了") -> Case:
    photo = Photo("near", accept_image(jpeg()))
    draft = Draft(category="0302", text=text, lng=LNG + 0.002, lat=LAT + 0.002, photos=(photo,))
    case = services.report_case(actor=town["worker"], draft=draft, key="key-0001", now=town.now).case
    lead = town.organisations["water"]
    return services.dispatch_case(
        actor=town["dispatcher"], case=case, lead=lead, now=town.now + timedelta(minutes=1)
    )
