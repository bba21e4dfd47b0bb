"""What comes of a picture, and what never comes through: details of people, other formats, bombs, broken files."""

from __future__ import annotations

import os
import time
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bedside.kit.pictures import (
    FILE_BYTES_MAX,
    BadPicture,
    BadPictureCode,
    CleanPicture,
    MediaType,
    clean,
    cleaning,
    wire,
    working,
)
from tests.kit.pictures.files import (
    animation,
    exif_of,
    logo,
    opened,
    photo,
    png_chunk,
    png_claiming,
    saved,
    srgb_profile,
    turned,
    with_png_chunk,
)

if TYPE_CHECKING:
    from pathlib import Path

GPS, NAME = b"38.9717N 95.2353W Larkspur Lane", b"Zqphotographer Zqmarked"
HTML = b"<script>alert('zqmarked payload that stays in nothing')</script>"


def sizes(picture: CleanPicture) -> list[tuple[int, int, int]]:
    return [(one.at_most, one.width, one.height) for one in picture.renditions]


def code_of(content: bytes) -> BadPictureCode:
    with pytest.raises(BadPicture) as refused:
        clean(content)
    assert refused.value.sentence.endswith(".")
    return refused.value.code


def survives(payload: bytes, picture: CleanPicture) -> list[bytes]:
    """Each run of 8 bytes of the payload that is in a rendition."""
    runs = {payload[start : start + 8] for start in range(len(payload) - 7)}
    return [run for run in runs for one in picture.renditions if run in one.content]


class TestSizes:
    def test_makes_a_rendition_for_mail_and_one_for_sharp_screens(self) -> None:
        picture = clean(photo(1600, 1200))
        assert (picture.width, picture.height) == (1600, 1200)
        assert sizes(picture) == [(600, 600, 450), (1200, 1200, 900)]
        assert {opened(one.content).size for one in picture.renditions} == {(600, 450), (1200, 900)}
        assert {one.media_type for one in picture.renditions} == {MediaType.JPEG}

    @pytest.mark.parametrize(
        ("width", "made"),
        [(40, [(600, 40, 30)]), (600, [(600, 600, 450)]), (800, [(600, 600, 450), (1200, 800, 600)])],
    )
    def test_never_enlarges(self, width: int, made: list[tuple[int, int, int]]) -> None:
        assert sizes(clean(photo(width, width * 3 // 4))) == made

    def test_keeps_at_least_one_pixel_of_height(self) -> None:
        assert sizes(clean(saved(Image.new("RGB", (4000, 1)), "PNG"))) == [(600, 600, 1), (1200, 1200, 1)]

    def test_reads_a_large_photograph_at_a_part_of_its_size(self) -> None:
        began = time.monotonic()
        picture = clean(saved(Image.new("RGB", (8000, 6000)), "JPEG"))
        assert (picture.width, picture.height) == (8000, 6000)
        assert sizes(picture) == [(600, 600, 450), (1200, 1200, 900)]
        assert time.monotonic() - began < cleaning.CLOCK_S_MAX

    def test_lowers_the_quality_of_what_would_be_heavy(self) -> None:
        noisy = Image.effect_noise((1200, 800), 90).convert("RGB")
        usual = len(saved(noisy, "JPEG", quality=72, optimize=True, progressive=True))
        assert len(clean(saved(noisy, "PNG")).renditions[1].content) < usual


class TestKinds:
    def test_writes_flat_drawings_as_png(self) -> None:
        assert {one.media_type for one in clean(saved(logo(), "JPEG", quality=95)).renditions} <= set(
            MediaType
        )
        picture = clean(saved(logo(), "PNG"))
        assert {one.media_type for one in picture.renditions} == {MediaType.PNG}
        assert opened(picture.renditions[1].content).getpixel((60, 100)) == (20, 89, 78)

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
    def test_keeps_what_is_see_through(self, kind: str) -> None:
        image = Image.new("RGBA", (700, 300), (0, 0, 0, 0))
        image.paste((200, 10, 10, 255), (0, 0, 350, 300))
        options = {"lossless": True} if kind == "WEBP" else {}
        [small, _] = clean(saved(image, kind, **options)).renditions
        shown = opened(small.content)
        assert (small.media_type, shown.mode) == (MediaType.PNG, "RGBA")
        assert shown.getpixel((5, 5))[3] == 255
        assert shown.getpixel((590, 5))[3] == 0

    def test_drops_a_see_through_channel_that_hides_nothing(self) -> None:
        opaque = opened(photo(700, 500)).convert("RGBA")
        assert clean(saved(opaque, "PNG")).renditions[0].media_type is MediaType.JPEG

    @pytest.mark.parametrize(("kind", "mode"), [("PNG", "1"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "I;16"),
                                                ("JPEG", "L"), ("JPEG", "CMYK"), ("GIF", "P")])  # fmt: skip
    def test_takes_every_usual_sort_of_pixel(self, kind: str, mode: str) -> None:
        content = saved(Image.new(mode, (700, 400)), kind)
        assert opened(clean(content).renditions[0].content).mode in {"RGB", "RGBA"}

    def test_scales_sixteen_bits_instead_of_cutting_them_off(self) -> None:
        grey = saved(Image.new("I;16", (64, 64), 0x8000), "PNG")
        value = opened(clean(grey).renditions[0].content).convert("L").getpixel((9, 9))
        assert value == pytest.approx(128, abs=2)

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
    def test_takes_the_first_frame_of_an_animation(self, kind: str) -> None:
        picture = clean(animation(4, kind=kind))
        shown = opened(picture.renditions[0].content)
        red, green, blue = shown.convert("RGB").getpixel((10, 10))
        assert (red > 240, green < 15, blue < 15) == (True, True, True)
        assert getattr(shown, "n_frames", 1) == 1

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_turns_upright(self, orientation: int) -> None:
        """Red at the top left of what a person sees, whichever way the camera was held."""
        upright = Image.new("RGB", (400, 240), (0, 0, 255))
        upright.paste((255, 0, 0), (0, 0, 200, 120))
        back = {
            1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
            7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
        }[orientation]  # fmt: skip
        held = upright if back is None else upright.transpose(back)
        picture = clean(turned(held, orientation))
        assert (picture.width, picture.height) == (400, 240)
        shown = opened(picture.renditions[0].content).convert("RGB")
        assert shown.size == (400, 240)
        assert shown.getpixel((20, 20))[0] > 200
        assert shown.getpixel((380, 220))[2] > 200

    def test_converts_to_srgb(self) -> None:
        """A profile in which red and blue have changed places, as far as a reader without it would see."""
        from PIL import ImageCms

        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        assert clean(
            saved(Image.new("RGB", (80, 80), (200, 30, 40)), "PNG", icc_profile=lab)
        )  # of other pixels: left out
        same = clean(saved(Image.new("RGB", (80, 80), (200, 30, 40)), "PNG", icc_profile=srgb_profile()))
        assert opened(same.renditions[0].content).getpixel((4, 4)) == pytest.approx((200, 30, 40), abs=2)


class TestNothingElseComesThrough:
    def test_writes_no_details_of_people_or_places(self) -> None:
        exif = exif_of(description=GPS.decode(), artist=NAME.decode(), copyright=HTML.decode())
        content = photo(exif=exif, icc_profile=srgb_profile(), comment=NAME)
        assert NAME in content
        picture = clean(content)
        assert survives(GPS + NAME + HTML, picture) == []
        for one in picture.renditions:
            assert not {"exif", "icc_profile", "comment"} & set(opened(one.content).info)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
    def test_writes_nothing_of_what_hangs_behind_a_picture(self, kind: str) -> None:
        """A file that is a picture to one program and a page, an archive or a script to another."""
        archive = b"PK\x03\x04" + zlib.crc32(HTML).to_bytes(4, "big") * 20
        for payload in (HTML, archive, os.urandom(5000)):
            content = saved(opened(photo(160, 120)), kind) + payload
            assert survives(payload, clean(content)) == []

    def test_writes_nothing_of_texts_within_a_png(self) -> None:
        content = saved(logo(), "PNG")
        for kind in (b"tEXt", b"iTXt", b"zqAb", b"eXIf"):
            content = with_png_chunk(content, png_chunk(kind, b"Comment\0" + HTML + NAME))
        assert survives(HTML + NAME, clean(content)) == []

    def test_ends_each_file_where_the_picture_ends(self) -> None:
        [jpeg, _] = clean(photo(700, 500)).renditions
        [png, _] = clean(saved(logo(), "PNG")).renditions
        assert jpeg.content.endswith(b"\xff\xd9")
        assert png.content.endswith(b"IEND\xaeB`\x82")


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", BadPictureCode.EMPTY),
            (b"\xff\xd8\xff" + bytes(FILE_BYTES_MAX), BadPictureCode.FILE_TOO_LARGE),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", BadPictureCode.SVG),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><SVG onload='x'>", BadPictureCode.SVG),
            ("<?xml version='1.0'?><svg/>".encode("utf-16"), BadPictureCode.SVG),
            (b"\x1f\x8b\x08\0rest of an svgz", BadPictureCode.SVG),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", BadPictureCode.HEIC),
            (b"\0\0\0\x1cftypavif\0\0\0\0", BadPictureCode.HEIC),
            (b"BM" + bytes(60), BadPictureCode.OTHER_KIND),
            (b"%PDF-1.7\n", BadPictureCode.OTHER_KIND),
            (b"II*\0" + bytes(60), BadPictureCode.OTHER_KIND),
            (HTML + photo(64, 64), BadPictureCode.OTHER_KIND),
            (b"\xff\xd8\xff", BadPictureCode.BROKEN),
            (b"GIF89a", BadPictureCode.BROKEN),
            (b"RIFF\x10\0\0\0WEBPVP8 ", BadPictureCode.BROKEN),
            (b"\x89PNG\r\n\x1a\n" + bytes(40), BadPictureCode.BROKEN),
        ],
        ids=lambda value: value.value if isinstance(value, BadPictureCode) else "",
    )  # fmt: skip
    def test_says_in_one_sentence_what_to_do(self, content: bytes, code: BadPictureCode) -> None:
        assert code_of(content) is code

    def test_refuses_a_picture_that_is_cut_off(self) -> None:
        for content in (photo(900, 700), saved(logo(), "PNG")):
            assert code_of(content[: len(content) * 2 // 3]) is BadPictureCode.BROKEN

    @pytest.mark.parametrize("size", [(30_000, 10), (10, 30_000), (12_000, 5_001), (2**31 - 1, 2**31 - 1)])
    def test_refuses_more_pixels_than_it_reads(self, size: tuple[int, int]) -> None:
        assert code_of(png_claiming(*size)) in {BadPictureCode.TOO_MANY_PIXELS, BadPictureCode.BROKEN}
        assert code_of(png_claiming(30_000, 30_000)) is BadPictureCode.TOO_MANY_PIXELS

    def test_refuses_a_small_file_that_becomes_a_huge_picture(self) -> None:
        bomb = saved(Image.new("1", (30_000, 30_000)), "PNG")
        assert len(bomb) < 200_000
        assert code_of(bomb) is BadPictureCode.TOO_MANY_PIXELS

    def test_reads_no_further_than_the_first_frame_of_an_endless_animation(self) -> None:
        content = animation(400, size=(160, 120))
        took = []
        for one in (content, content[:-2]):  # the last frame is broken, and nobody comes that far
            began = time.process_time()
            assert isinstance(working.answer_to(one), CleanPicture)
            took.append(time.process_time() - began)
        assert max(took) < 1

    def test_refuses_texts_that_unpack_without_end(self) -> None:
        bomb = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(20_000_000)))
        assert code_of(with_png_chunk(saved(logo(), "PNG"), bomb)) is BadPictureCode.BROKEN


class TestTheBoundedProcess:
    """Programs that do what a decoder might that somebody has taken over, in place of ours."""

    @pytest.fixture
    def acting(self, monkeypatch: pytest.MonkeyPatch) -> object:
        begin = "import sys; sys.path.insert(0, sys.argv[1]); from bedside.kit.pictures import working; working.limit()\n"

        def give(what: str) -> None:
            monkeypatch.setattr(cleaning, "_PROGRAM", begin + what)

        return give

    @pytest.mark.parametrize(
        "what",
        [
            "bytearray(2_000_000_000)",
            "import os; os.abort()",
            "import ctypes; ctypes.string_at(0)",
            "raise SystemExit(3)",
            "pass",
            "sys.stdout.buffer.write(b'\\0\\0\\0\\2{}')",
            "sys.stdout.buffer.write(bytes(64))",
            "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))",
        ],
        ids=["memory", "abort", "segfault", "exit", "silence", "another answer", "noise", "higher limits"],
    )
    def test_a_decoder_that_fails_costs_one_picture(self, acting: object, what: str) -> None:
        acting(what)  # type: ignore[operator]
        assert code_of(photo(64, 64)) in {BadPictureCode.BROKEN, BadPictureCode.TOO_MUCH_WORK}

    def test_is_ended_when_it_takes_too_long(self, acting: object, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cleaning, "CLOCK_S_MAX", 0.6)
        acting("import time; time.sleep(60)")  # type: ignore[operator]
        began = time.monotonic()
        assert code_of(photo(64, 64)) is BadPictureCode.TOO_MUCH_WORK
        assert time.monotonic() - began < 5

    def test_is_ended_when_it_answers_without_end(
        self, acting: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cleaning, "ANSWER_BYTES_MAX", 100_000)
        acting("while True: sys.stdout.buffer.write(bytes(65536))")  # type: ignore[operator]
        assert code_of(photo(64, 64)) in {BadPictureCode.BROKEN, BadPictureCode.TOO_MUCH_WORK}

    def test_writes_no_file_and_knows_no_secret(
        self, acting: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BEDSIDE_ZQSECRET", "zqsecret")
        acting(
            "import os\n"
            "assert 'zqsecret' not in str(os.environ) and os.getcwd() == '/'\n"
            "open_files = [int(name) for name in os.listdir('/proc/self/fd')]\n"
            "assert len(open_files) <= 4, open_files\n"
            f"open({str(tmp_path / 'kept')!r}, 'wb', buffering=0).write(b'x')"
        )  # type: ignore[operator]
        assert code_of(photo(64, 64)) in {BadPictureCode.BROKEN, BadPictureCode.TOO_MUCH_WORK}
        assert not (tmp_path / "kept").exists() or (tmp_path / "kept").read_bytes() == b""

    def test_asks_for_patience_while_others_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cleaning, "_WAITS_S", 0.05)
        for _ in range(cleaning.AT_ONCE):
            assert cleaning._turns.acquire(timeout=1)
        try:
            assert code_of(photo(64, 64)) is BadPictureCode.BUSY
        finally:
            for _ in range(cleaning.AT_ONCE):
                cleaning._turns.release()
        assert clean(photo(64, 64))


class TestProperties:
    """In this process, for the sake of speed: what the other one would do with any bytes."""

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(data=st.data())
    def test_any_change_to_a_file_is_taken_or_refused(self, data: st.DataObject) -> None:
        whole = data.draw(st.sampled_from(_SMALL))
        start = data.draw(st.integers(0, len(whole) - 1))
        end = data.draw(st.integers(start, min(len(whole), start + 40)))
        changed = whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:]
        answer = working.answer_to(changed[: data.draw(st.integers(1, len(changed) + 1))])
        assert isinstance(answer, CleanPicture | BadPictureCode)

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=300))
    def test_no_answer_of_the_process_is_believed(self, answer: bytes) -> None:
        with pytest.raises(BadPicture):
            wire.read(answer)

    def test_an_answer_is_read_as_it_was_written(self) -> None:
        picture = working.answer_to(photo(700, 500))
        assert isinstance(picture, CleanPicture)
        whole = wire.written(picture)
        assert wire.read(whole) == picture
        for wrong in (whole[:-1], whole + b"x", whole.replace(b"image/jpeg", b"text/html!")):
            with pytest.raises(BadPicture):
                wire.read(wrong)


_SMALL = [
    photo(48, 40, exif=exif_of(artist="Somebody")),
    saved(logo(60, 40), "PNG"),
    animation(2, size=(20, 16)),
    saved(logo(60, 40), "WEBP"),
]
