import io
import sys
from lxml import etree, html, objectify

SHEET = etree.XSLT(etree.XML("""<xsl:stylesheet version="1.0"
 xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><r><xsl:value-of select="count(//b)"/></r>
</xsl:template></xsl:stylesheet>"""))
SCHEMA = etree.RelaxNG(etree.XML(
    '<element name="a" xmlns="http://relaxng.org/ns/structure/1.0">'
    '<zeroOrMore><element name="b"><text/></element></zeroOrMore></element>'))


class Target:
    def __init__(self):
        self.seen = []

    def start(self, tag, attributes):
        self.seen.append(tag)

    def close(self):
        return self.seen


for i in range(int(sys.argv[1])):
    root = etree.fromstring("<a>%s</a>" % ("<b>%d</b>" % i * 20))
    for element in root.iter():
        element.set("i", str(i))
    root.append(etree.SubElement(root, "c"))
    root.xpath("//b[@i=$n]", n=str(i)), root.findall(".//b")
    root.xpath("f(1)", extensions={(None, "f"): lambda c, x: [root]})
    SHEET(root), SCHEMA.validate(root), etree.tostring(root)
    for event, element in etree.iterparse(io.BytesIO(b"<x><y/><y/></x>"),
                                          events=("start", "end")):
        element.clear()
    etree.fromstring("<x><y/></x>", etree.XMLParser(target=Target()))
    objectify.fromstring("<a><b>1</b></a>").b.pyval
    html.fromstring("<p>a<br>b</p>").text_content()
    for wrong in ("<a", "<a>&b;</a>", ""):
        try:
            etree.fromstring(wrong)
        except etree.XMLSyntaxError:
            pass
    try:
        root.xpath("//b[")
    except etree.XPathError:
        pass
kept = [etree.fromstring("<a><b/></a>")[0] for i in range(50)]
