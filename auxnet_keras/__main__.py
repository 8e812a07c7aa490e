"""`python -m auxnet_keras` is the command line `auxnet`."""

from auxnet_keras.cli import main

if __name__ == "__main__":
    main()
