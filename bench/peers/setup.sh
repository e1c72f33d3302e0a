#!/bin/bash
# setup.sh DIR [NAMES...] : installs rivals in DIR, each group in a virtual environment of its own, and says what can't be had.
# None of this is needed by VHGM itself. Names (all of the first four if none is given):
#   sklearn     DIR/sklearn     scikit-learn: ridge, bayes, et, rf, post; the masks and the second scorer
#   miceforest  DIR/miceforest
#   torch       DIR/torch       HyperImpute with its gain, miwae and missforest plug-ins; runs remasker and cacti too (about 3 GB)
#   remasker    DIR/remasker    public code, no licence stated: cloned, never part of this repository
#   sdv         DIR/sdv         GaussianCopula, CTGAN and TVAE, for npm run bench:synthetic
#   mostly      DIR/mostly      MOSTLY AI's engine, likewise (about 3 GB)
#   cacti       DIR/cacti       public code (GPL 3), likewise
# PEERS_MIRROR may name a folder with clones OWNER+NAME/repo, used in place of github.com. Without a network for pip, set PIP_* as usual.
set -eu
if [ $# -lt 1 ]; then
  sed -n '2,12p' "$0" | cut -c3- >&2
  exit 2
fi
folder=$1
shift
[ $# -gt 0 ] || set -- sklearn miceforest torch remasker
mkdir -p "$folder"
if ! command -v python3 >/dev/null; then
  echo "python3 is not installed; on Debian: apt-get install python3 python3-venv" >&2
  exit 1
fi

environment() { # NAME PACKAGES...: made once; a half-made one has no mark and is made anew
  local at=$folder/$1
  shift
  [ -e "$at/complete" ] && { echo "$at is there already."; return; }
  rm -rf "$at"
  python3 -m venv "$at"
  "$at/bin/pip" install --quiet "$@"
  touch "$at/complete"
  echo "$at is ready."
}

clone() { # NAME OWNER REPOSITORY COMMIT
  local at=$folder/$1 from=https://github.com/$2/$3.git
  [ -z "${PEERS_MIRROR:-}" ] || from=$PEERS_MIRROR/$2+$3/repo
  [ -e "$at/.git" ] || git clone --quiet "$from" "$at"
  git -C "$at" checkout --quiet "$4"
  echo "$at is ready ($4)."
}

for name in "$@"; do
  case $name in
    sklearn) environment sklearn numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 ;;
    miceforest) environment miceforest miceforest==6.0.5 lightgbm==4.6.0 pandas==3.1.1 ;;
    torch)
      environment torch torch==2.13.0 hyperimpute==0.1.17 scikit-learn==1.5.2 numpy==1.26.4 pandas==2.2.3 xgboost==2.0.3 catboost==1.2.10
      # Their own dependencies would bring another torch.
      "$folder/torch/bin/pip" install --quiet --no-deps timm==1.0.31 torchvision==0.28.0 safetensors==0.8.0 pyyaml==6.0.4 huggingface_hub==2.4.0
      ;;
    sdv) environment sdv torch==2.13.0 sdv==2.0.0 ctgan==0.12.1 pandas==2.3.3 ;;
    mostly)
      environment mostly torch==2.13.0 mostlyai-engine==2.7.3
      # Builds for another torch, which its import would fail on; nothing here needs them.
      "$folder/mostly/bin/pip" uninstall --quiet --yes torchvision torchaudio
      ;;
    remasker) clone remasker tydusky remasker 69b410819c0d096fab111bb8b0e54c1edd4efcc2 ;;
    cacti) clone cacti sriramlab CACTI cc333b34f8abc6c5908e458c753a05c5b363492c ;;
    hivae) echo "hi-vae: not run. Its code needs TensorFlow 1.15, which Python 3.8 and later can't install; npm run bench:hivae holds VHGM's own latent of that form against it." ;;
    tabimpute | tabpfn) echo "$name: not run. The package loads trained weights that are not part of it." ;;
    *)
      echo "'$name' is not known; sklearn, miceforest, torch, sdv, mostly, remasker, cacti, hivae, tabimpute and tabpfn are." >&2
      exit 2
      ;;
  esac
done

if command -v Rscript >/dev/null && Rscript -e 'library(mice); library(ranger)' >/dev/null 2>&1; then
  echo "R is ready: mice and ranger are installed."
else
  echo "For mean, forest, mice and micecart R needs these packages; on Debian: apt-get install r-base-core r-cran-mice r-cran-ranger"
fi
echo "npm run bench:accuracy -- --peers $folder --methods vhgm,ridge,et,bayes,hyperimpute,gain,miwae,hi-missforest,miceforest,remasker"
