import io
import sys
from PIL import Image, ImageDraw, ImageFilter, ImageFont

for i in range(int(sys.argv[1])):
    image = Image.new("RGB", (60, 40), (i % 256, 2, 3))
    draw = ImageDraw.Draw(image)
    draw.line((0, 0, 60, 40), fill=(9, 9, 9))
    draw.text((1, 1), "text %d" % i, font=ImageFont.load_default())
    for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF"):
        data = io.BytesIO()
        image.save(data, kind)
        Image.open(io.BytesIO(data.getvalue())).load()
    image.resize((20, 20)).rotate(30).filter(ImageFilter.BLUR)
    image.convert("L").point(lambda x: x + 1).histogram()
    image.split(), image.getcolors(), image.crop((1, 1, 5, 5)).tobytes()
    for wrong in (b"nonsense", b"\x89PNG\r\n\x1a\n" + bytes(30)):
        try:
            Image.open(io.BytesIO(wrong)).load()
        except (OSError, SyntaxError):
            pass
