# perform() that fails, alone: it leaks.
import sys
import pycurl

for i in range(int(sys.argv[1])):
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, "http://127.0.0.1:1/")
    try:
        curl.perform()
    except pycurl.error:
        pass
    curl.close()
