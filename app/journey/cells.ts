// Python that is run in the probe's own kernel. Names are put in as JSON, which Python reads as text.

/** Everything that a journey writes is below it, so that whoever comes next knows what to remove. */
export const OWN_FOLDER = "campanile-journey";
export const KEPT_FILE = `${OWN_FOLDER}/kept.txt`;

export const writeAndReadBack = (text: string) => `
import os
os.makedirs(${JSON.stringify(OWN_FOLDER)}, exist_ok=True)
with open(${JSON.stringify(KEPT_FILE)}, "w") as file:
    file.write(${JSON.stringify(text)})
with open(${JSON.stringify(KEPT_FILE)}) as file:
    print(file.read())
`;

/** What is in it, as JSON; null where there is no such file. */
export const readIfThere = (file: string) => `
import json, os
campanile_text = None
if os.path.exists(${JSON.stringify(file)}):
    with open(${JSON.stringify(file)}) as file:
        campanile_text = file.read()
print(json.dumps(campanile_text))
`;

/** Where it truly lies, also where a link leads to the home. */
export const WHERE_KEPT = `
import json, os
print(json.dumps(os.path.realpath(${JSON.stringify(KEPT_FILE)})))
`;

export const importPackage = (name: string) => `import ${name}`;

/** Also counts how often the kernel of the machine killed a process for memory, by control groups of either version. */
export const MEASURE_MEMORY = `
import json
def campanile_read(path):
    try:
        return open(path).read()
    except OSError:
        return ""
def campanile_number(text, key):
    return next((int(line.split()[1]) for line in text.splitlines() if line.split()[:1] == [key]), 0)
campanile_events = campanile_read("/sys/fs/cgroup/memory.events") or campanile_read("/sys/fs/cgroup/memory/memory.oom_control")
print(json.dumps({
    "residentBytes": campanile_number(campanile_read("/proc/self/status"), "VmRSS:") * 1024,
    "kills": campanile_number(campanile_events, "oom_kill"),
}))
`;

export const removeFolder = (folder: string) => `
import shutil
shutil.rmtree(${JSON.stringify(folder)}, ignore_errors=True)
`;

/** What git says of the folder that was pulled. */
export const describePull = (folder: string) => `
import json, subprocess
def campanile_git(*args):
    return subprocess.run(["git", "-C", ${JSON.stringify(folder)}, *args], capture_output=True, text=True, check=True).stdout.strip()
print(json.dumps({"head": campanile_git("rev-parse", "HEAD"), "changes": campanile_git("status", "--porcelain").splitlines()[:5]}))
`;

/** Which front ends the kernel's ipywidgets asks for, and which are installed. */
export const DESCRIBE_WIDGETS = `
import glob, json, os, sys
from importlib import metadata
def campanile_version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
campanile_widgets = {"ipywidgets": campanile_version("ipywidgets"), "frontends": [], "labextension": None}
if campanile_widgets["ipywidgets"]:
    try:
        from packaging.requirements import Requirement
        for text in metadata.requires("ipywidgets") or []:
            wanted = Requirement(text)
            if wanted.marker is None and wanted.name.replace("_", "-") in ("jupyterlab-widgets", "widgetsnbextension"):
                found = campanile_version(wanted.name)
                campanile_widgets["frontends"].append({
                    "name": wanted.name, "wanted": str(wanted.specifier), "found": found,
                    "fits": found is not None and found in wanted.specifier,
                })
    except ImportError:
        pass
    for root in (sys.prefix, os.path.expanduser("~/.local"), "/usr/local"):
        for path in glob.glob(root + "/share/jupyter/labextensions/@jupyter-widgets/jupyterlab-manager/package.json"):
            campanile_widgets["labextension"] = json.load(open(path)).get("version")
print(json.dumps(campanile_widgets))
`;

/** By Otter itself, in a process of its own: it changes folders, and starts kernels that want the event loop. */
export const gradeNotebook = (autograder: string, notebook: string) => `
import json, os, subprocess, sys, tempfile, zipfile
campanile_autograder, campanile_notebook = ${JSON.stringify(autograder)}, ${JSON.stringify(notebook)}
with tempfile.TemporaryDirectory() as campanile_dir:
    campanile_zip = campanile_autograder
    if os.path.isdir(campanile_autograder):
        campanile_zip = os.path.join(campanile_dir, "autograder.zip")
        with zipfile.ZipFile(campanile_zip, "w") as archive:
            for root, _, names in os.walk(campanile_autograder):
                for name in names:
                    path = os.path.join(root, name)
                    archive.write(path, os.path.relpath(path, campanile_autograder))
    campanile_script = """
import json, sys
from otter.api import grade_submission
results = grade_submission(sys.argv[2], sys.argv[1], quiet=True)
print(json.dumps({"total": float(results.total), "possible": float(results.possible)}))
"""
    campanile_run = subprocess.run(
        [sys.executable, "-c", campanile_script, campanile_zip, campanile_notebook], capture_output=True, text=True
    )
if campanile_run.returncode != 0:
    raise RuntimeError(campanile_run.stderr.strip().splitlines()[-1] if campanile_run.stderr.strip() else "Otter ended without a word")
print(campanile_run.stdout.strip().splitlines()[-1])
`;
