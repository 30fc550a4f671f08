import sys
import yaml

LOADERS = [yaml.SafeLoader] + (
    [yaml.CSafeLoader] if yaml.__with_libyaml__ else [])
DUMPERS = [yaml.SafeDumper] + (
    [yaml.CSafeDumper] if yaml.__with_libyaml__ else [])
TEXT = "a: [1, 2.5, text]\nb: &x {c: 2024-01-01}\nd: *x\ne: !!set {f, g}\n"
for i in range(int(sys.argv[1])):
    for loader, dumper in zip(LOADERS, DUMPERS):
        data = yaml.load(TEXT, loader)
        yaml.dump(data, Dumper=dumper)
        list(yaml.parse(TEXT, loader)), list(yaml.load_all("a\n---\nb", loader))
        for wrong in ("a: [", "*unknown", "!unknown x", "\x01"):
            try:
                yaml.load(wrong, loader)
            except yaml.YAMLError:
                pass
        try:
            yaml.dump(object(), Dumper=dumper)
        except yaml.YAMLError:
            pass
