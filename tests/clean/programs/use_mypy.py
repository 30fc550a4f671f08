# Nodes of mypy's that are copied: 1.0.1 leaks the names they are given.
import sys
from mypy.nodes import NameExpr
from mypy.treetransform import TransformVisitor

visitor = TransformVisitor()
for i in range(int(sys.argv[1])):
    node = NameExpr("name")
    node.fullname = "name of %d" % i
    visitor.visit_name_expr(node)
