"""Google's own list of Gemini models: documented, not captured."""

from factory_byok.providers import google_gemini
from tests.providers.lists import read, told


def test_the_list_tells_window_and_output_limit_of_what_can_chat() -> None:
    server = read(google_gemini, "google-gemini")
    assert [model.name for model in server.models.value] == ["gemini-2.5-pro"]
    assert told(server.model("gemini-2.5-pro")) == (1_048_576, 65_536, None)


def test_the_base_url_is_the_one_that_google_documents() -> None:
    assert google_gemini.BASE_URL.endswith("/v1beta/openai")


def test_the_list_takes_the_key_in_google_s_own_header() -> None:
    assert google_gemini.headers("k") == {"x-goog-api-key": "k"}
