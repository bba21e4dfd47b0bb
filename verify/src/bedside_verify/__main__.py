from bedside_verify.command import main

if __name__ == "__main__":
    main()
