# The pages; mandoc and the options' test read them from the source folder.

dist_man_MANS +=
